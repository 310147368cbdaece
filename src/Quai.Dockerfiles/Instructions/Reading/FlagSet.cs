using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Reading;

/// <summary>The options of an instruction, checked against those that it may have.</summary>
internal sealed class FlagSet
{
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);

    /// <summary>Reads them.</summary>
    /// <param name="node">The instruction.</param>
    /// <param name="known">The options it may have: <c>name</c> has a value, <c>name?</c> is true or false, <c>name*</c> may be there several times.</param>
    /// <exception cref="DockerfileException">There is an unknown one, or one is written wrongly.</exception>
    public FlagSet(Node node, params ReadOnlySpan<string> known)
    {
        foreach (string flag in node.Flags)
        {
            int equals = flag.IndexOf('=');
            string name = equals < 0 ? flag[2..] : flag[2..equals];
            char kind = Kind(known, name);
            if (kind == '\0')
            {
                throw new DockerfileException(Suggestion.Append($"unknown flag: --{name}", name, Names(known)), node.Lines);
            }

            List<string>? earlier = _values.GetValueOrDefault(name);
            if (earlier is not null && kind != '*')
            {
                throw new DockerfileException($"duplicate flag specified: --{name}", node.Lines);
            }

            if (equals == flag.Length - 1 && kind == '?' || (equals < 0 && kind != '?'))
            {
                throw new DockerfileException($"missing a value on flag: --{name}", node.Lines);
            }

            string value = equals < 0 ? "true" : flag[(equals + 1)..];
            if (kind == '?' && !value.Equals("true", StringComparison.OrdinalIgnoreCase) && !value.Equals("false", StringComparison.OrdinalIgnoreCase))
            {
                throw new DockerfileException($"expecting boolean value for flag --{name}, not: {value}", node.Lines);
            }

            (earlier ?? (_values[name] = [])).Add(value);
        }
    }

    /// <summary>An option's value; empty where it is not there.</summary>
    public string Text(string name) => _values.TryGetValue(name, out List<string>? values) ? values[^1] : "";

    /// <summary>All values of an option.</summary>
    public IReadOnlyList<string> All(string name) => _values.TryGetValue(name, out List<string>? values) ? values : [];

    /// <summary>An option that is true or false; null where it is not there.</summary>
    public bool? Bool(string name) => _values.TryGetValue(name, out List<string>? values) ? values[^1].Equals("true", StringComparison.OrdinalIgnoreCase) : null;

    private static char Kind(ReadOnlySpan<string> known, string name)
    {
        foreach (string option in known)
        {
            if (option.TrimEnd('?', '*') == name)
            {
                return option[^1] is '?' or '*' ? option[^1] : '=';
            }
        }

        return '\0';
    }

    private static List<string> Names(ReadOnlySpan<string> known)
    {
        List<string> names = [];
        foreach (string option in known)
        {
            names.Add(option.TrimEnd('?', '*'));
        }

        return names;
    }
}
