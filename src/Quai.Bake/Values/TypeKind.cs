namespace Quai.Bake.Values;

/// <summary>The kinds of values.</summary>
internal enum TypeKind
{
    /// <summary>Not known, or any.</summary>
    Dynamic,

    /// <summary>Text.</summary>
    String,

    /// <summary>A number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Bool,

    /// <summary>A sequence of values of one type.</summary>
    List,

    /// <summary>Different values of one type, without an order of their own.</summary>
    Set,

    /// <summary>Values of one type by name.</summary>
    Map,

    /// <summary>A sequence of values, each with its type.</summary>
    Tuple,

    /// <summary>Values by name, each with its type.</summary>
    Object,

    /// <summary>A type, as the argument of <c>convert</c>.</summary>
    Type,
}
