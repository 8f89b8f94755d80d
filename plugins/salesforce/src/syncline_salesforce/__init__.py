"""Syncline's connector for Salesforce."""
