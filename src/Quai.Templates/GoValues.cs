namespace Quai.Templates;

/// <summary>
/// A value with named fields: what a template sees where Go has a struct. Other values are plain .NET ones:
/// <see langword="null"/>, <see cref="bool"/>, <see cref="long"/>, <see cref="double"/>, <see cref="string"/>,
/// <see cref="GoList"/>, <see cref="GoMap"/> and <see cref="GoNil"/>.
/// </summary>
public interface IGoStruct
{
    /// <summary>The name that error messages use, such as <c>*formatter.ContainerContext</c>.</summary>
    string TypeName { get; }

    /// <summary>True where Go has a pointer, which matters only when the value is printed inside another.</summary>
    bool IsPointer => false;

    /// <summary>The fields in the order in which Go would print them.</summary>
    IEnumerable<KeyValuePair<string, object?>> Fields { get; }

    /// <summary>Looks up one field (or method without arguments) by its Go name.</summary>
    /// <param name="name">The name after the dot.</param>
    /// <param name="value">The value when found.</param>
    /// <returns>False when the type has no such field.</returns>
    bool TryGetField(string name, out object? value);

    /// <summary>Calls a method with arguments, as in <c>{{.Label "x"}}</c>.</summary>
    /// <param name="name">The method.</param>
    /// <param name="arguments">Its arguments, already evaluated.</param>
    /// <param name="value">The result when there is such a method.</param>
    /// <returns>False when the type has no method of that name.</returns>
    bool TryInvoke(string name, IReadOnlyList<object?> arguments, out object? value)
    {
        value = null;
        return false;
    }

    /// <summary>The output of the type's own String method; <see langword="null"/> to print its fields in braces.</summary>
    string? Printed => null;

    /// <summary>The value as JSON when it is not simply its fields in order; <see langword="null"/> otherwise.</summary>
    string? Json => null;
}

/// <summary>A Go slice.</summary>
/// <param name="items">The elements.</param>
/// <param name="typeName">Go's name of the type, for error messages.</param>
public sealed class GoList(IReadOnlyList<object?> items, string typeName = "[]interface {}")
{
    /// <summary>The elements.</summary>
    public IReadOnlyList<object?> Items { get; } = items;

    /// <summary>Go's name of the type.</summary>
    public string TypeName { get; } = typeName;

    /// <summary>True for a nil slice, which JSON shows as <c>null</c>.</summary>
    public bool IsNil { get; init; }

    /// <summary>True when the elements are of no fixed type.</summary>
    public bool IsUntyped => TypeName == "[]interface {}";

    /// <summary>The value as JSON, if it is known as text.</summary>
    public string? Json { get; init; }
}

/// <summary>A Go map with string keys.</summary>
/// <param name="entries">The entries, in any order.</param>
/// <param name="typeName">Go's name of the type, for error messages.</param>
public sealed class GoMap(IReadOnlyDictionary<string, object?> entries, string typeName = "map[string]interface {}")
{
    /// <summary>The entries.</summary>
    public IReadOnlyDictionary<string, object?> Entries { get; } = entries;

    /// <summary>Go's name of the type.</summary>
    public string TypeName { get; } = typeName;

    /// <summary>True for a nil map, which JSON shows as <c>null</c>.</summary>
    public bool IsNil { get; init; }

    /// <summary>True when the values are of no fixed type.</summary>
    public bool IsUntyped => TypeName == "map[string]interface {}";

    /// <summary>Go's name of the key's type when it is not <c>string</c>: <c>index</c> with a string is then refused.</summary>
    public string? KeyTypeName { get; init; }

    /// <summary>The value of a missing key if the map is typed.</summary>
    public object? Zero { get; init; }

    /// <summary>The value as JSON, if it is known as text.</summary>
    public string? Json { get; init; }

    /// <summary>The keys as Go prints them: sorted by bytes.</summary>
    public IEnumerable<string> SortedKeys => Entries.Keys.Order(StringComparer.Ordinal);
}

/// <summary>A nil pointer of a known type.</summary>
/// <param name="typeName">Go's name of the pointer's type.</param>
public sealed class GoNil(string typeName)
{
    /// <summary>Go's name of the pointer's type.</summary>
    public string TypeName { get; } = typeName;
}
