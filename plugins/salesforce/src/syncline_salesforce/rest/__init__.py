"""Salesforce's REST API, whatever object is meant: sign-in, calls, SOQL, rows, refusals."""
