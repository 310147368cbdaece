using Quai.BuildClient.Sessions;
using Quai.Cli.CommandLine;
using Quai.Linux.Trees;

namespace Quai.Cli.Builds.Options;

/// <summary>One value of <c>--secret</c>: <c>id=token,src=file</c> or <c>id=token,env=VARIABLE</c>.</summary>
internal static class SecretOption
{
    /// <summary>Reads a value.</summary>
    /// <exception cref="ExitException">It is malformed, or the file is not there.</exception>
    public static SecretSource Parse(string text)
    {
        string id = "", file = "", variable = "", type = "";
        foreach ((string name, string value) in Fields.Read(text, field => $"ERROR: invalid field '{field}' must be a key=value pair"))
        {
            switch (name)
            {
                case "type" when value is "file" or "env":
                    type = value;
                    break;
                case "type":
                    throw new ExitException(1, $"ERROR: unsupported secret type \"{value}\"");
                case "id":
                    id = value;
                    break;
                case "source" or "src":
                    file = value;
                    break;
                case "env":
                    variable = value;
                    break;
                default:
                    throw new ExitException(1, $"ERROR: unexpected key '{name}' in '{name}={value}'");
            }
        }

        if (type == "env" && variable.Length == 0)
        {
            (variable, file) = (file, "");
        }

        return id.Length == 0 ? throw new ExitException(1, "ERROR: failed to build: secret missing ID") : Resolve(id, file, variable);
    }

    /// <summary>Where a secret is: in a file, or in a variable, or, where neither is said, in the one that has its name.</summary>
    /// <exception cref="ExitException">The file is not there.</exception>
    public static SecretSource Resolve(string id, string file, string variable)
    {
        if (file.Length == 0)
        {
            if (variable.Length > 0)
            {
                return new SecretSource(id, "", variable);
            }

            // Named by its id alone, it is the variable, or else the file, of that name.
            if (Environment.GetEnvironmentVariable(id) is not null)
            {
                return new SecretSource(id, "", id);
            }

            file = id;
        }

        if (Directory.Exists(file))
        {
            throw new ExitException(1, $"ERROR: failed to build: secret {id}: {file} is a directory");
        }

        return NodeStatusReader.TryRead(file) is null
            ? throw new ExitException(1, $"ERROR: failed to build: failed to stat {file}: stat {file}: no such file or directory")
            : new SecretSource(id, Path.GetFullPath(file), "");
    }
}
