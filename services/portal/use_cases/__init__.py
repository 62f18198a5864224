"""What people do in the portal. A module for each family of pages."""
