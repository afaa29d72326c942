"""Headers by name in any case, several of one name allowed."""


class Headers:
    def __init__(self, items=()):
        pairs = items.items() if hasattr(items, "items") else items
        self._items = [(str(name), str(value)) for name, value in pairs]

    def get(self, name, default=None, type=None):
        for each, value in self._items:
            if each.lower() == str(name).lower():
                return value if type is None else type(value)
        return default

    def getlist(self, name):
        return [value for each, value in self._items if each.lower() == str(name).lower()]

    get_all = getlist

    def __getitem__(self, name):
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def __setitem__(self, name, value):
        self._items = [pair for pair in self._items if pair[0].lower() != str(name).lower()]
        self._items.append((str(name), str(value)))

    set = __setitem__

    def __delitem__(self, name):
        self._items = [pair for pair in self._items if pair[0].lower() != str(name).lower()]

    def add(self, name, value):
        self._items.append((str(name), str(value)))

    def setdefault(self, name, value):
        if name not in self:
            self.add(name, value)
        return self[name]

    def extend(self, items):
        for name, value in items.items() if hasattr(items, "items") else items:
            self.add(name, value)

    update = extend

    def items(self):
        return list(self._items)

    def keys(self):
        return [name for name, _ in self._items]

    def values(self):
        return [value for _, value in self._items]

    def __contains__(self, name):
        return self.get(name) is not None

    def __iter__(self):
        return iter(self._items)

    def __len__(self):
        return len(self._items)

    def __repr__(self):
        return "Headers(%r)" % self._items
