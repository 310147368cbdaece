using System.Text;

namespace Quai.Bake.Printing;

/// <summary>Writes indented JSON: two spaces a level, empty objects and arrays without a line of their own.</summary>
internal sealed class JsonIndenter
{
    private readonly StringBuilder _text = new();
    private int _depth;
    private bool _hasMember, _afterName;

    /// <summary>Begins an object or array.</summary>
    public void Open(char bracket)
    {
        Separate();
        _text.Append(bracket);
        _depth++;
        _hasMember = false;
    }

    /// <summary>Ends it.</summary>
    public void Close(char bracket)
    {
        _depth--;
        if (_hasMember)
        {
            NewLine();
        }

        _text.Append(bracket);
        _hasMember = true;
    }

    /// <summary>The name of the member that follows.</summary>
    public void Name(string name)
    {
        Separate();
        GoJson.Quote(name, _text);
        _text.Append(": ");
        _afterName = true;
    }

    /// <summary>A string.</summary>
    public void Text(string value)
    {
        Separate();
        GoJson.Quote(value, _text);
        _hasMember = true;
    }

    /// <summary>A value that is JSON already.</summary>
    public void Raw(string json)
    {
        Separate();
        _text.Append(json);
        _hasMember = true;
    }

    /// <summary>A member with a string, where there is one.</summary>
    public void Member(string name, string? value)
    {
        if (value is not null)
        {
            Name(name);
            Text(value);
        }
    }

    /// <summary>A member with strings by name, where there are some.</summary>
    public void Member(string name, IReadOnlyDictionary<string, string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        Name(name);
        Object(values);
    }

    /// <summary>Strings by name.</summary>
    public void Object(IEnumerable<KeyValuePair<string, string>> values)
    {
        Open('{');
        foreach ((string key, string value) in values.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            Member(key, value);
        }

        Close('}');
    }

    /// <summary>A member with strings, where there are some.</summary>
    public void Member(string name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        Name(name);
        Open('[');
        foreach (string value in values)
        {
            Text(value);
        }

        Close(']');
    }

    /// <summary>All that was written.</summary>
    public override string ToString() => _text.ToString();

    private void Separate()
    {
        if (_afterName)
        {
            _afterName = false;
            return;
        }

        _text.Append(_hasMember ? "," : "");
        if (_depth > 0)
        {
            NewLine();
        }
    }

    private void NewLine() => _text.Append('\n').Append(' ', _depth * 2);
}
