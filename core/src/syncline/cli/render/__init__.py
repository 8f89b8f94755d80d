"""What people see: from values to rich renderables, one subject per module. Pure."""
