using System.Runtime.CompilerServices;

namespace Quai.Bake.Values;

/// <summary>The type of a value.</summary>
internal sealed class HclType : IEquatable<HclType>
{
    // Before the types, which are made of them.
    private static readonly SortedDictionary<string, HclType> s_none = new(StringComparer.Ordinal);
    private static readonly HashSet<string> s_noNames = [];

    public static readonly HclType Dynamic = new(TypeKind.Dynamic), String = new(TypeKind.String), Number = new(TypeKind.Number),
        Bool = new(TypeKind.Bool), TypeOfTypes = new(TypeKind.Type);

    private HclType(TypeKind kind, HclType? element = null, HclType[]? elements = null, SortedDictionary<string, HclType>? attributes = null, IReadOnlySet<string>? optional = null)
    {
        (Kind, Element, Elements, Attributes, Optional) = (kind, element ?? Dynamic!, elements ?? [], attributes ?? s_none, optional ?? s_noNames);
        long size = 1 + (element?.Size ?? 0);
        foreach (HclType type in Elements)
        {
            size += type.Size;
        }

        foreach (HclType type in Attributes.Values)
        {
            size += type.Size;
        }

        Size = Limits.Checked(size);
    }

    /// <summary>Its kind.</summary>
    public TypeKind Kind { get; }

    /// <summary>The type of the elements of a list, set or map.</summary>
    public HclType Element { get; }

    /// <summary>The types of a tuple's elements.</summary>
    public IReadOnlyList<HclType> Elements { get; }

    /// <summary>The types of an object's attributes.</summary>
    public SortedDictionary<string, HclType> Attributes { get; }

    /// <summary>The attributes that a value need not have to be converted to this type.</summary>
    public IReadOnlySet<string> Optional { get; }

    /// <summary>How many types it consists of.</summary>
    public long Size { get; }

    /// <summary>Whether it is a string, number or bool.</summary>
    public bool IsPrimitive => Kind is TypeKind.String or TypeKind.Number or TypeKind.Bool;

    /// <summary>Whether it is a list, set or tuple.</summary>
    public bool IsSequence => Kind is TypeKind.List or TypeKind.Set or TypeKind.Tuple;

    /// <summary>Whether it is a map or an object.</summary>
    public bool IsMapping => Kind is TypeKind.Map or TypeKind.Object;

    public static HclType List(HclType element) => new(TypeKind.List, element);

    public static HclType Set(HclType element) => new(TypeKind.Set, element);

    public static HclType Map(HclType element) => new(TypeKind.Map, element);

    public static HclType Tuple(IEnumerable<HclType> elements) => new(TypeKind.Tuple, elements: [.. elements]);

    public static HclType Object(IEnumerable<KeyValuePair<string, HclType>> attributes, IReadOnlySet<string>? optional = null)
    {
        SortedDictionary<string, HclType> sorted = new(StringComparer.Ordinal);
        foreach ((string name, HclType type) in attributes)
        {
            sorted[name] = type;
        }

        return new(TypeKind.Object, attributes: sorted, optional: optional);
    }

    public bool Equals(HclType? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (other is null || Kind != other.Kind || Size != other.Size || Elements.Count != other.Elements.Count || Attributes.Count != other.Attributes.Count)
        {
            return false;
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        return (Kind is not (TypeKind.List or TypeKind.Set or TypeKind.Map) || Element.Equals(other.Element))
            && Elements.SequenceEqual(other.Elements)
            && Attributes.SequenceEqual(other.Attributes, s_attributeComparer);
    }

    public override bool Equals(object? obj) => Equals(obj as HclType);

    public override int GetHashCode() => HashCode.Combine(Kind, Size);

    /// <summary>As messages name it: <c>list of string</c>.</summary>
    public string FriendlyName => Kind switch
    {
        TypeKind.Dynamic => "dynamic",
        TypeKind.String => "string",
        TypeKind.Number => "number",
        TypeKind.Bool => "bool",
        TypeKind.List => "list of " + ElementName,
        TypeKind.Set => "set of " + ElementName,
        TypeKind.Map => "map of " + ElementName,
        TypeKind.Tuple => "tuple",
        TypeKind.Object => "object",
        _ => "type",
    };

    /// <summary>As messages name what is wanted: a type that is not fixed is <c>any type</c>.</summary>
    public string FriendlyNameAsConstraint => Kind == TypeKind.Dynamic ? "any type" : FriendlyName;

    private string ElementName => Element.Kind == TypeKind.Dynamic ? "any single type" : Element.FriendlyName;

    private static readonly AttributeComparer s_attributeComparer = new();

    private sealed class AttributeComparer : IEqualityComparer<KeyValuePair<string, HclType>>
    {
        public bool Equals(KeyValuePair<string, HclType> x, KeyValuePair<string, HclType> y) => x.Key == y.Key && x.Value.Equals(y.Value);

        public int GetHashCode(KeyValuePair<string, HclType> obj) => HashCode.Combine(obj.Key, obj.Value);
    }
}
