"""Who the processes of a house are on a connection: an authority of the house's own and a certificate per identity."""
