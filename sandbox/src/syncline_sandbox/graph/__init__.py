"""The stand-in for Microsoft Graph."""
