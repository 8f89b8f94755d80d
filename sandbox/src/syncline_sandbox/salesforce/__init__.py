"""A stand-in for the Salesforce REST API: tokens, sObject rows, collections, composite and SOQL.

Strict on purpose: what Salesforce refuses is refused here with the same status, code and body.
"""
