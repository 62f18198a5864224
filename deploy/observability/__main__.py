from deploy.observability.written import write

write()
