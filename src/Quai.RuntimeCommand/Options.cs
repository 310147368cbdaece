using Quai.Errors;

namespace Quai.RuntimeCommand;

/// <summary>Options as runc takes them: --name value, --name=value, -n value; values may repeat.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, List<string>> _values = [];

    /// <summary>What is not an option.</summary>
    public List<string> Positional { get; } = [];

    /// <summary>Parses.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="valued">Names of options that take a value; all others are flags.</param>
    /// <param name="stopAtPositional">Whether options end at the first word that is none.</param>
    public static Options Parse(IReadOnlyList<string> arguments, IReadOnlyCollection<string> valued, bool stopAtPositional = false)
    {
        Options options = new();
        for (int i = 0; i < arguments.Count; i++)
        {
            string word = arguments[i];
            if (word == "--")
            {
                options.Positional.AddRange(arguments.Skip(i + 1));
                break;
            }

            if (word.Length < 2 || word[0] != '-')
            {
                options.Positional.Add(word);
                if (stopAtPositional)
                {
                    options.Positional.AddRange(arguments.Skip(i + 1));
                    break;
                }

                continue;
            }

            string name = word.TrimStart('-');
            int equals = name.IndexOf('=', StringComparison.Ordinal);
            string? value = equals < 0 ? null : name[(equals + 1)..];
            name = equals < 0 ? name : name[..equals];
            if (value is null && valued.Contains(name))
            {
                value = ++i < arguments.Count ? arguments[i] : throw QuaiException.Invalid($"option --{name} needs a value");
            }

            if (!options._values.TryGetValue(name, out List<string>? list))
            {
                options._values[name] = list = [];
            }

            list.Add(value ?? "true");
        }

        return options;
    }

    /// <summary>Whether an option was given and is not "false".</summary>
    public bool Has(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (_values.TryGetValue(name, out List<string>? list) && list[^1] != "false")
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The last value of the first of these names that was given.</summary>
    public string? Get(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (_values.TryGetValue(name, out List<string>? list))
            {
                return list[^1];
            }
        }

        return null;
    }

    /// <summary>All values.</summary>
    public IEnumerable<string> All(params ReadOnlySpan<string> names)
    {
        List<string> all = [];
        foreach (string name in names)
        {
            all.AddRange(_values.GetValueOrDefault(name) ?? []);
        }

        return all;
    }

    /// <summary>The container's id: the first positional argument.</summary>
    public string Id => Positional.Count > 0 ? Positional[0] : throw QuaiException.Invalid("a container's id is needed");
}
