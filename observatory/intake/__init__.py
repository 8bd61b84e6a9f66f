"""Where a report comes in: the reporters' form, its checks and its pages."""
