"""Syncline's connector for Outlook (Microsoft 365 through Microsoft Graph)."""
