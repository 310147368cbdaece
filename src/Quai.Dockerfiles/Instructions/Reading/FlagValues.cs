using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Reading;

/// <summary>The options of an instruction by name.</summary>
internal sealed class FlagValues
{
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);

    private FlagValues()
    {
    }

    /// <summary>Reads the options of an instruction.</summary>
    /// <param name="node">The instruction.</param>
    /// <param name="known">The names of those that it may have: with <c>?</c> behind it one that is true or false, with <c>*</c> one that may be there often.</param>
    /// <exception cref="DockerfileException">One is unknown, there twice, or has no value or a wrong one.</exception>
    public static FlagValues Read(Node node, params string[] known)
    {
        var read = new FlagValues();
        foreach (string flag in node.Flags)
        {
            int equals = flag.IndexOf('=');
            string name = equals < 0 ? flag[2..] : flag[2..equals];
            string? value = equals < 0 ? null : flag[(equals + 1)..];
            string kind = Array.Find(known, k => k.TrimEnd('?', '*') == name)
                ?? throw new DockerfileException(NearestWord.Suggest($"unknown flag: --{name}", name, known.Select(k => k.TrimEnd('?', '*'))), node.Lines);
            if (read._values.ContainsKey(name) && !kind.EndsWith('*'))
            {
                throw new DockerfileException($"duplicate flag specified: --{name}", node.Lines);
            }

            if (!read._values.TryGetValue(name, out List<string>? values))
            {
                read._values.Add(name, values = []);
            }

            values.Add(kind.EndsWith('?') ? Boolean(name, value, node.Lines) : value ?? throw Missing(name, node.Lines));
        }

        return read;
    }

    /// <summary>An option's value; empty where it is not given.</summary>
    public string Text(string name) => _values.TryGetValue(name, out List<string>? values) ? values[0] : "";

    /// <summary>Whether an option is true.</summary>
    public bool Is(string name) => Text(name) == "true";

    /// <summary>Whether an option is true; null where it is not given.</summary>
    public bool? IsOrNot(string name) => _values.ContainsKey(name) ? Is(name) : null;

    /// <summary>All values of an option.</summary>
    public IReadOnlyList<string> All(string name) => _values.TryGetValue(name, out List<string>? values) ? values : [];

    private static string Boolean(string name, string? value, LineRange lines) => value?.ToLowerInvariant() switch
    {
        null or "true" => "true",
        "false" => "false",
        "" => throw Missing(name, lines),
        _ => throw new DockerfileException($"expecting boolean value for flag --{name}, not: {value}", lines),
    };

    private static DockerfileException Missing(string name, LineRange lines) => new($"missing a value on flag: --{name}", lines);
}
