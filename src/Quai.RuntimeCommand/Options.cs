using System.Globalization;
using System.Numerics;
using Quai.Errors;

namespace Quai.RuntimeCommand;

/// <summary>Options as runc takes them: --name value, --name=value, -n value; values may repeat.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, List<string>> _values = [];

    /// <summary>What is not an option.</summary>
    public List<string> Positional { get; } = [];

    /// <summary>How many descriptors from 3 on the program is to inherit (<c>--preserve-fds</c>).</summary>
    /// <exception cref="QuaiException">It is no number of descriptors that are open.</exception>
    public int PreservedDescriptors =>
        Get("preserve-fds") is not { } text ? 0
        : !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count > 1000 ? throw QuaiException.Invalid($"--preserve-fds {text} is not a number of descriptors")
        : Enumerable.Range(3, count).All(Linux.Processes.Descriptors.IsOpen) ? count
        : throw QuaiException.Invalid($"--preserve-fds {text}: not all of these descriptors are open");

    /// <summary>Parses.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="valued">Names of options that take a value.</param>
    /// <param name="flags">Names of options that take none.</param>
    /// <param name="stopAtPositional">Whether options end at the first word that is none.</param>
    /// <exception cref="QuaiException">An option is none of these, or has not what it needs.</exception>
    public static Options Parse(IReadOnlyList<string> arguments, IReadOnlyCollection<string> valued, IReadOnlyCollection<string> flags, bool stopAtPositional = false)
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
            if (valued.Contains(name))
            {
                value ??= ++i < arguments.Count ? arguments[i] : throw QuaiException.Invalid($"option --{name} needs a value");
            }
            else if (!flags.Contains(name))
            {
                throw QuaiException.Invalid($"flag provided but not defined: -{name}");
            }
            else if (value is not (null or "true" or "false"))
            {
                throw QuaiException.Invalid($"invalid boolean value \"{value}\" for --{name}");
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

    /// <summary>The container's id, where nothing else may stand beside it.</summary>
    /// <exception cref="QuaiException">There is none, or more than one word.</exception>
    public string OnlyId => Expect(1).Id;

    /// <summary>Checks how many words stand beside the options.</summary>
    /// <exception cref="QuaiException">There are more.</exception>
    public Options Expect(int atMost) =>
        Positional.Count <= atMost ? this : throw QuaiException.Invalid($"\"{Positional[atMost]}\" is one argument too many");

    /// <summary>The value of an option that takes a number; null when it was not given.</summary>
    /// <exception cref="QuaiException">It is no number of that kind.</exception>
    public T? Number<T>(string name)
        where T : struct, INumberBase<T> => Get(name) is { } text ? NumberOf<T>(name, text) : null;

    /// <summary>A text as a number.</summary>
    /// <param name="name">The option it was given with.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="QuaiException">It is no number of that kind.</exception>
    public static T NumberOf<T>(string name, string text)
        where T : struct, INumberBase<T> =>
        T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T value) ? value : throw QuaiException.Invalid($"invalid value \"{text}\" for --{name}");

    /// <summary>One of the formats that a command prints; the first of them when none was asked for.</summary>
    /// <exception cref="QuaiException">It is another one.</exception>
    public string Format(params ReadOnlySpan<string> known)
    {
        string format = Get("format", "f") ?? known[0];
        return known.Contains(format) ? format : throw QuaiException.Invalid($"invalid format option \"{format}\"");
    }
}
