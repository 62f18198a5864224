"""What must be true before something can be decided or recorded, each with its article.

Every condition only looks at what people recorded; none of them decides anything by itself (R-5.7).
"""
