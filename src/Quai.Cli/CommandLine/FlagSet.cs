using System.Globalization;
using Quai.Templates;

namespace Quai.Cli.CommandLine;

/// <summary>A command line that does not suit the flags: its message goes before the usage line.</summary>
internal sealed class FlagException(string message) : Exception(message);

/// <summary>The options of a command, and their parsing as Docker does it.</summary>
internal sealed class FlagSet
{
    private readonly List<Flag> _flags = [];
    private readonly Dictionary<string, Flag> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<char, Flag> _byShorthand = [];

    /// <summary>All flags by name, hidden ones too.</summary>
    public IEnumerable<Flag> All => _flags.OrderBy(f => f.Name, StringComparer.Ordinal);

    /// <summary>Adds a flag.</summary>
    public T Add<T>(T flag)
        where T : Flag
    {
        _flags.Add(flag);
        _byName.Add(flag.Name, flag);
        if (flag.Shorthand != '\0')
        {
            _byShorthand.Add(flag.Shorthand, flag);
        }

        return flag;
    }

    /// <summary>Adds another name for a flag.</summary>
    public void Alias(string name, Flag flag) => _byName.Add(name, flag);

    /// <summary>A switch.</summary>
    public Flag<bool> Bool(string name, char shorthand, string usage, bool initial = false) =>
        Add(new Flag<bool>(name, shorthand, "", usage, initial, FlagValues.Bool) { BareValue = "true", DefaultText = initial ? "true" : "" });

    /// <summary>A text.</summary>
    public Flag<string> String(string name, char shorthand, string usage, string initial = "", string type = "string") =>
        Add(new Flag<string>(name, shorthand, type, usage, initial, static s => s) { DefaultText = initial.Length == 0 ? "" : GoText.Quote(initial) });

    /// <summary>A whole number.</summary>
    public Flag<long> Int(string name, char shorthand, string usage, long initial = 0) =>
        Add(new Flag<long>(name, shorthand, "int", usage, initial, FlagValues.Int64)
        {
            DefaultText = initial == 0 ? "" : initial.ToString(CultureInfo.InvariantCulture),
        });

    /// <summary>Texts, each validated by <paramref name="check"/>.</summary>
    public ListFlag<string> List(string name, char shorthand, string usage, Func<string, string>? check = null, string type = "list") =>
        Add(new ListFlag<string>(name, shorthand, type, usage, s => [check is null ? s : check(s)]));

    /// <summary>Filters as <c>name=value</c>.</summary>
    public ListFlag<KeyValuePair<string, string>> Filters(char shorthand, string usage) =>
        Add(new ListFlag<KeyValuePair<string, string>>("filter", shorthand, "filter", usage, FlagValues.Filter));

    /// <summary>Parses the words after a command's name.</summary>
    /// <param name="words">The words.</param>
    /// <param name="interspersed">Whether options may follow arguments; otherwise the first argument ends them.</param>
    /// <returns>The arguments that are left.</returns>
    /// <exception cref="FlagException">A word is no option of this command, or its value does not suit.</exception>
    public List<string> Parse(IReadOnlyList<string> words, bool interspersed)
    {
        var rest = new List<string>();
        for (int i = 0; i < words.Count; i++)
        {
            string word = words[i];
            if (word.Length < 2 || word[0] != '-')
            {
                if (!interspersed)
                {
                    rest.AddRange(words.Skip(i));
                    break;
                }

                rest.Add(word);
            }
            else if (word == "--")
            {
                rest.AddRange(words.Skip(i + 1));
                break;
            }
            else if (word[1] == '-')
            {
                Long(word, words, ref i);
            }
            else
            {
                Short(word, words, ref i);
            }
        }

        return rest;
    }

    private void Long(string word, IReadOnlyList<string> words, ref int i)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? word[2..] : word[2..equals];
        if (name.Length == 0 || name[0] is '-' or '=')
        {
            throw new FlagException($"bad flag syntax: {word}");
        }

        if (!_byName.TryGetValue(name, out Flag? flag))
        {
            throw new FlagException($"unknown flag: --{name}");
        }

        if (equals >= 0)
        {
            Take(flag, word[(equals + 1)..]);
        }
        else if (flag.BareValue is { } bare)
        {
            Take(flag, bare);
        }
        else if (i + 1 < words.Count)
        {
            Take(flag, words[++i]);
        }
        else
        {
            throw new FlagException($"flag needs an argument: --{name}");
        }
    }

    private void Short(string word, IReadOnlyList<string> words, ref int i)
    {
        for (int k = 1; k < word.Length; k++)
        {
            char letter = word[k];
            if (!_byShorthand.TryGetValue(letter, out Flag? flag))
            {
                throw new FlagException($"unknown shorthand flag: '{letter}' in -{word[k..]}");
            }

            if (k + 2 < word.Length && word[k + 1] == '=')
            {
                Take(flag, word[(k + 2)..]);
                return;
            }

            if (flag.BareValue is { } bare)
            {
                Take(flag, bare);
                continue;
            }

            if (k + 1 < word.Length)
            {
                Take(flag, word[(k + 1)..]);
            }
            else if (i + 1 < words.Count)
            {
                Take(flag, words[++i]);
            }
            else
            {
                throw new FlagException($"flag needs an argument: '{letter}' in -{word[k..]}");
            }

            return;
        }
    }

    private static void Take(Flag flag, string text)
    {
        try
        {
            flag.Take(text);
        }
        catch (FlagValueException error)
        {
            throw new FlagException($"invalid argument {GoText.Quote(text)} for \"{flag.Display}\" flag: {error.Message}");
        }
    }
}
