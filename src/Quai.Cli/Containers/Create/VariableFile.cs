using Quai.Cli.CommandLine;

namespace Quai.Cli.Containers.Create;

/// <summary>Reads <c>--env-file</c> and <c>--label-file</c>: one pair per line, comments after <c>#</c>.</summary>
internal static class VariableFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="lookup">Returns a value for a name without one; null leaves the name as it is.</param>
    /// <exception cref="ExitException">The file cannot be read or a line has no name.</exception>
    public static List<string> Read(string path, Func<string, string?>? lookup)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ExitException(125, $"open {path}: no such file or directory");
        }
        catch (UnauthorizedAccessException)
        {
            throw new ExitException(125, Directory.Exists(path) ? $"read {path}: is a directory" : $"open {path}: permission denied");
        }

        var pairs = new List<string>();
        foreach (string raw in lines)
        {
            string line = raw.TrimStart(' ', '\t', '\uFEFF');
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            int equals = line.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? line : line[..equals];
            if (name.Length == 0)
            {
                throw new ExitException(125, $"no variable name on line '{line}'");
            }

            if (name.AsSpan().IndexOfAny(" \t") >= 0)
            {
                throw new ExitException(125, $"variable '{name}' contains whitespaces");
            }

            if (equals >= 0)
            {
                pairs.Add(line);
            }
            else if (lookup is null)
            {
                pairs.Add(name);
            }
            else if (lookup(name) is { } value)
            {
                pairs.Add($"{name}={value}");
            }
        }

        return pairs;
    }
}
