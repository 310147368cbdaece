using System.Text;
using Quai.Templates;

namespace Quai.Cli.Formatting;

/// <summary>One line of a list: named columns whose values are computed when a template asks for them.</summary>
/// <param name="typeName">The type's name in error messages.</param>
internal sealed class Row(string typeName) : IGoStruct
{
    private readonly Dictionary<string, Func<object?>> _columns = new(StringComparer.Ordinal);
    private Dictionary<string, Func<IReadOnlyList<object?>, object?>>? _methods;

    /// <inheritdoc/>
    public string TypeName { get; } = typeName;

    /// <inheritdoc/>
    public bool IsPointer => true;

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, object?>> Fields =>
        _columns.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => new KeyValuePair<string, object?>(c.Key, c.Value()));

    /// <inheritdoc/>
    public string? Json
    {
        get
        {
            var text = new StringBuilder("{");
            foreach ((string name, object? value) in Fields)
            {
                text.Append(text.Length == 1 ? "" : ",");
                GoJson.AppendString(text, name, escapeHtml: true);
                text.Append(':').Append(GoJson.Write(value, escapeHtml: true));
            }

            return text.Append('}').ToString();
        }
    }

    /// <summary>Adds a column.</summary>
    public Row With(string name, Func<object?> value)
    {
        _columns[name] = value;
        return this;
    }

    /// <summary>The same row with the line feeds and tabs in its values escaped.</summary>
    public Row OnOneLine()
    {
        var row = new Row(TypeName);
        foreach ((string name, Func<object?> value) in _columns)
        {
            row.With(name, () => OnOneLine(value()));
        }

        foreach ((string name, Func<IReadOnlyList<object?>, object?> method) in _methods ?? [])
        {
            row.WithMethod(name, arguments => OnOneLine(method(arguments)));
        }

        return row;
    }

    private static object? OnOneLine(object? value) => value is string text ? Printable.Line(text) : value;

    /// <summary>Adds a method that takes arguments.</summary>
    public Row WithMethod(string name, Func<IReadOnlyList<object?>, object?> method)
    {
        (_methods ??= new(StringComparer.Ordinal))[name] = method;
        return this;
    }

    /// <inheritdoc/>
    public bool TryGetField(string name, out object? value)
    {
        bool found = _columns.TryGetValue(name, out Func<object?>? column);
        value = found ? column!() : null;
        return found;
    }

    /// <inheritdoc/>
    public bool TryInvoke(string name, IReadOnlyList<object?> arguments, out object? value)
    {
        value = null;
        if (_methods is null || !_methods.TryGetValue(name, out Func<IReadOnlyList<object?>, object?>? method))
        {
            return false;
        }

        value = method(arguments);
        return true;
    }
}
