using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Options;

/// <summary>A value of fields with commas between: <c>type=local,dest=out</c>.</summary>
internal static class Fields
{
    /// <summary>Reads the fields; names are in lower case, and a later one of the same name wins.</summary>
    /// <param name="text">The value.</param>
    /// <param name="wrong">What is said of a field that is no pair.</param>
    /// <exception cref="ExitException">A field is no pair, or a quote is out of place.</exception>
    public static Dictionary<string, string> Read(string text, Func<string, string> wrong)
    {
        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        foreach (string field in Split(text))
        {
            int equals = field.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                throw new ExitException(1, wrong(field));
            }

            fields[field[..equals].Trim().ToLowerInvariant()] = field[(equals + 1)..].Trim();
        }

        return fields;
    }

    /// <summary>The fields as they are.</summary>
    /// <exception cref="ExitException">A quote is out of place.</exception>
    public static List<string> Split(string text)
    {
        try
        {
            return CommaList.Parse(text);
        }
        catch (FlagValueException e)
        {
            throw new ExitException(1, "ERROR: " + e.Message);
        }
    }

    /// <summary>Reads pairs such as <c>NAME=value</c>, the last of a name winning; what has no value takes it from the environment, or is left out.</summary>
    /// <exception cref="ExitException">A name is empty.</exception>
    public static Dictionary<string, string> Pairs(IEnumerable<string> pairs, bool fromEnvironment)
    {
        Dictionary<string, string> read = new(StringComparer.Ordinal);
        foreach (string pair in pairs)
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? pair : pair[..equals];
            if (name.Length == 0)
            {
                throw new ExitException(1, $"ERROR: invalid key-value pair \"{pair}\": empty key");
            }

            if (equals >= 0)
            {
                read[name] = pair[(equals + 1)..];
            }
            else if (!fromEnvironment)
            {
                read[name] = "";
            }
            else if (Environment.GetEnvironmentVariable(name) is { } value)
            {
                read[name] = value;
            }
        }

        return read;
    }
}
