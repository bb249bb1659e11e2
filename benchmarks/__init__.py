"""What `make bench` measures; these modules run inside Odoo's own Python."""
