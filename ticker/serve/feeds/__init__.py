"""Headlines and tables of rates as feeds."""
