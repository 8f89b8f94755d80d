"""Microsoft Graph, whatever is in it: calls, batches, delta rounds, mailboxes."""
