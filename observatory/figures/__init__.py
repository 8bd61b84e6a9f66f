"""Safe products to charts, tables and sentences; nothing here ever sees a Raw value."""
