namespace Quai.Bake.Values;

/// <summary>A value of an expression. It never changes.</summary>
internal sealed class Value
{
    private readonly object? _content;
    private HclType? _type;

    private Value(HclType? type, object? content, long size, bool isKnown = true) =>
        (_type, _content, Size, IsKnown) = (type, content, Limits.Checked(size), isKnown);

    /// <summary>What an expression that failed yields; whatever it takes part in is unknown, too.</summary>
    public static readonly Value Unknown = new(HclType.Dynamic, null, 1, isKnown: false);

    /// <summary>Null of no particular type.</summary>
    public static readonly Value Null = new(HclType.Dynamic, null, 1);

    public static readonly Value True = new(HclType.Bool, true, 1), False = new(HclType.Bool, false, 1);

    /// <summary>Its type.</summary>
    public HclType Type => _type ??= _content switch
    {
        Value[] items => HclType.Tuple(items.Select(item => item.Type)),
        SortedDictionary<string, Value> entries => HclType.Object(entries.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.Type))),
        _ => HclType.Dynamic,
    };

    /// <summary>Of how many parts it consists.</summary>
    public long Size { get; }

    /// <summary>Whether it is known; false only after an error.</summary>
    public bool IsKnown { get; }

    /// <summary>Whether it is null.</summary>
    public bool IsNull => IsKnown && _content is null;

    /// <summary>Whether it and all it consists of are known.</summary>
    public bool IsWhollyKnown => IsKnown && _content switch
    {
        Value[] items => items.All(item => item.IsWhollyKnown),
        SortedDictionary<string, Value> entries => entries.Values.All(item => item.IsWhollyKnown),
        _ => true,
    };

    public string AsString => (string)_content!;

    public BigNumber AsNumber => (BigNumber)_content!;

    public bool AsBool => (bool)_content!;

    public HclType AsType => (HclType)_content!;

    /// <summary>The elements of a list, set or tuple; the values of a map or object by their names' order.</summary>
    public IReadOnlyList<Value> Items => _content is Value[] items ? items : [.. AsMap.Values];

    /// <summary>The entries of a map or object.</summary>
    public SortedDictionary<string, Value> AsMap => (SortedDictionary<string, Value>)_content!;

    /// <summary>How many elements or entries it has.</summary>
    public int Count => _content is Value[] items ? items.Length : AsMap.Count;

    public static Value NullOf(HclType type) => type.Kind == TypeKind.Dynamic ? Null : new(type, null, 1);

    public static Value String(string text) => new(HclType.String, text, 1 + (text.Length / 8));

    public static Value Number(BigNumber number) => new(HclType.Number, number, 1);

    public static Value Number(long number) => Number(BigNumber.Of(number));

    public static Value Bool(bool value) => value ? True : False;

    public static Value OfType(HclType type) => new(HclType.TypeOfTypes, type, type.Size);

    public static Value List(HclType element, IEnumerable<Value> items) => Sequence(HclType.List(element), [.. items]);

    public static Value List(IReadOnlyCollection<string> items) => Sequence(HclType.List(HclType.String), [.. items.Select(String)]);

    public static Value Tuple(IEnumerable<Value> items) => Sequence(null, [.. items]);

    /// <summary>A set: equal values are taken once, and they are ordered as sets of primitive values are listed.</summary>
    public static Value Set(HclType element, IEnumerable<Value> items)
    {
        List<Value> all = [];
        foreach (Value item in items.Order(ValueOrder.Instance))
        {
            if (all.Count == 0 || !ValueOrder.AreEqual(all[^1], item))
            {
                all.Add(item);
            }
        }

        return Sequence(HclType.Set(element), [.. all]);
    }

    public static Value Map(HclType element, IEnumerable<KeyValuePair<string, Value>> entries) => Mapping(HclType.Map(element), entries);

    public static Value Object(IEnumerable<KeyValuePair<string, Value>> entries) => Mapping(null, entries);

    private static Value Sequence(HclType? type, Value[] items) => new(type, items, 1 + items.Sum(item => item.Size));

    private static Value Mapping(HclType? type, IEnumerable<KeyValuePair<string, Value>> entries)
    {
        SortedDictionary<string, Value> sorted = new(StringComparer.Ordinal);
        foreach ((string key, Value value) in entries)
        {
            sorted[key] = value;
        }

        return new(type, sorted, 1 + sorted.Sum(entry => entry.Value.Size + (entry.Key.Length / 8)));
    }
}
