using System.Globalization;
using Quai.CommandLine;
using Quai.Errors;

namespace Quai.Daemon.Configuration;

/// <summary>The values that were given for flags, as text; from the command line or from a file.</summary>
internal sealed class Settings
{
    private readonly Dictionary<string, List<string>> _values = [];
    private readonly HashSet<string> _read = [];

    /// <summary>What the file says of builds, for which there are no flags.</summary>
    public BuilderSettings Builder { get; set; } = new();

    /// <summary>The flags that were given.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>The flags that were given but never read: their values would be lost.</summary>
    public IEnumerable<string> Unread => _values.Where(v => v.Value.Count > 0 && !_read.Contains(v.Key)).Select(v => v.Key);

    /// <summary>Whether a flag was given.</summary>
    public bool Has(string name)
    {
        _read.Add(name);
        return _values.ContainsKey(name);
    }

    /// <summary>All values of a flag.</summary>
    public IReadOnlyList<string> All(string name)
    {
        _read.Add(name);
        return _values.TryGetValue(name, out List<string>? values) ? values : [];
    }

    /// <summary>The last value of a flag, or null.</summary>
    public string? Text(string name) => All(name) is { Count: > 0 } values ? values[^1] : null;

    /// <summary>A boolean.</summary>
    public bool Switch(string name, bool otherwise) => Text(name) is { } text ? GoBoolean.TryParse(text, out bool value) && value : otherwise;

    /// <summary>A number.</summary>
    public int Number(string name, int otherwise) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    /// <summary>The key=value pairs of a flag; a later one wins.</summary>
    public Dictionary<string, string> Map(string name)
    {
        var map = new Dictionary<string, string>();
        foreach (string pair in All(name))
        {
            int equals = pair.IndexOf('=');
            map[equals < 0 ? pair : pair[..equals]] = equals < 0 ? "" : pair[(equals + 1)..];
        }

        return map;
    }

    /// <summary>Adds a value: appends it for lists and maps, replaces the last for others.</summary>
    /// <exception cref="FormatException">It is not of the flag's kind; the message is Docker's.</exception>
    public void Add(Flag flag, string value)
    {
        if (value.Contains('\0'))
        {
            throw QuaiException.Invalid($"invalid value for {flag.Name}: it has a NUL character");
        }

        switch (flag.Kind)
        {
            case FlagKind.Switch when !GoBoolean.TryParse(value, out _):
                throw new FormatException($"strconv.ParseBool: parsing \"{value}\": invalid syntax");
            case FlagKind.Number when !int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _):
                throw new FormatException($"strconv.ParseInt: parsing \"{value}\": invalid syntax");
        }

        if (!_values.TryGetValue(flag.Name, out List<string>? values))
        {
            _values.Add(flag.Name, values = []);
        }

        if (flag.Kind is not (FlagKind.List or FlagKind.Map))
        {
            values.Clear();
        }

        values.Add(value);
    }

    /// <summary>Records that a flag was given, though without a value (an empty list).</summary>
    public void AddEmpty(Flag flag) => _values.TryAdd(flag.Name, []);

    /// <summary>Merges both. No flag may be in both.</summary>
    /// <exception cref="QuaiException">Some are; all are named.</exception>
    public static Settings Merge(Settings line, Settings file)
    {
        List<string> conflicts =
        [
            .. Flags.All.Where(f => line._values.ContainsKey(f.Name) && file._values.ContainsKey(f.Name)).Select(f => $"{f.FileKey}: (from flag: {line.Shown(f)}, from file: {file.Shown(f)})"),
        ];
        if (conflicts.Count > 0)
        {
            throw QuaiException.Invalid("the following directives are specified both as a flag and in the configuration file: " + string.Join(", ", conflicts));
        }

        var merged = new Settings { Builder = file.Builder };
        foreach (Settings source in (Settings[])[line, file])
        {
            foreach ((string name, List<string> values) in source._values)
            {
                merged._values[name] = values;
            }

            merged._read.UnionWith(source._read);
        }

        return merged;
    }

    private string Shown(Flag flag) => flag.Kind is FlagKind.List or FlagKind.Map ? $"[{string.Join(' ', All(flag.Name))}]" : Text(flag.Name) ?? "";
}
