using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Options;

/// <summary>One value of <c>--output</c>: <c>type=local,dest=out</c>, a folder, or <c>-</c> for an archive on the standard output.</summary>
/// <param name="Type">The kind.</param>
/// <param name="Attributes">All other fields but the destination.</param>
/// <param name="Destination">Where it goes at this client; empty for nowhere.</param>
internal sealed record OutputOption(string Type, IReadOnlyDictionary<string, string> Attributes, string Destination)
{
    private static readonly string[] s_archives = ["tar", "oci", "docker"];

    /// <summary>Whether the result is an archive.</summary>
    public bool IsArchive => s_archives.Contains(Type) && !IsLayout;

    /// <summary>Whether the result is an image in a folder in OCI layout.</summary>
    public bool IsLayout => Type is "oci" or "docker" && Attributes.GetValueOrDefault("tar") is "false" or "0" or "f" or "F" or "FALSE" or "False";

    /// <summary>Whether the result is pushed to a registry.</summary>
    public bool IsPushed => Type == "image" && Attributes.GetValueOrDefault("push") is "true" or "1";

    /// <summary>Reads a value.</summary>
    /// <exception cref="ExitException">It is malformed.</exception>
    public static OutputOption Parse(string text)
    {
        List<string> fields = Fields.Split(text);
        if (fields is [var only] && only == text && !text.StartsWith("type=", StringComparison.Ordinal))
        {
            return text == "-" ? new OutputOption("tar", new Dictionary<string, string>(), "-") : new OutputOption("local", new Dictionary<string, string>(), text);
        }

        Dictionary<string, string> read = Fields.Read(text, field => $"ERROR: invalid value {field}");
        if (!read.Remove("type", out string? type) || type.Length == 0)
        {
            throw new ExitException(1, "ERROR: type is required for output");
        }

        read.Remove("dest", out string? destination);
        return Of(type, read, destination ?? "");
    }

    /// <summary>What a kind with fields means: <c>registry</c> is an image that is pushed, and archives without a destination go to the standard output.</summary>
    public static OutputOption Of(string type, IReadOnlyDictionary<string, string> attributes, string destination) => type switch
    {
        "registry" => new OutputOption("image", attributes.ContainsKey("push") ? attributes : new Dictionary<string, string>(attributes) { ["push"] = "true" }, destination),
        "tar" when destination.Length == 0 => new OutputOption(type, attributes, "-"),
        "oci" when destination.Length == 0 && !new OutputOption(type, attributes, "").IsLayout => new OutputOption(type, attributes, "-"),
        _ => new OutputOption(type, attributes, destination),
    };

    /// <summary>Refuses destinations that cannot be.</summary>
    /// <param name="isTerminal">Whether the standard output is a terminal, which takes no archive.</param>
    /// <exception cref="ExitException">It cannot be.</exception>
    public void Check(bool isTerminal)
    {
        if (Type == "local" || IsLayout)
        {
            if (Destination.Length == 0)
            {
                throw new ExitException(1, $"ERROR: failed to build: dest is required for {Type} exporter");
            }

            if (Destination == "-")
            {
                throw new ExitException(1, $"ERROR: failed to build: dest cannot be stdout for {Type} exporter");
            }

            if (File.Exists(Destination))
            {
                throw new ExitException(1, $"ERROR: failed to build: destination directory {Destination} is a file");
            }

            for (string? parent = Path.GetDirectoryName(Path.GetFullPath(Destination)); parent is not null; parent = Path.GetDirectoryName(parent))
            {
                if (File.Exists(parent))
                {
                    throw new ExitException(1, $"ERROR: failed to build: invalid destination directory: {Destination}: {parent} is a file");
                }
            }
        }
        else if (IsArchive && Destination == "-" && isTerminal)
        {
            throw new ExitException(1, "ERROR: failed to build: dest file is required for " + Type + " exporter. refusing to write to console");
        }
        else if (IsArchive && Destination.Length > 0 && Destination != "-")
        {
            if (Directory.Exists(Destination))
            {
                throw new ExitException(1, $"ERROR: failed to build: destination file {Destination} is a directory");
            }

            if (Path.GetDirectoryName(Path.GetFullPath(Destination)) is { } folder && !Directory.Exists(folder))
            {
                throw new ExitException(1, $"ERROR: failed to build: open {Destination}: no such file or directory");
            }
        }
    }
}
