"""What is true and stored: readers, gates, pseudonymisation, tables, marts."""
