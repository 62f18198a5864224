"""HTTP: parse → use case → page. Every page works without script. A module for each family of pages."""
