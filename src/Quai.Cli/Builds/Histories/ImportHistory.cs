using Quai.Cli.Builds.Builders;
using Quai.Cli.CommandLine;
using Quai.Cli.Http;
using Quai.Cli.Streams;

namespace Quai.Cli.Builds.Histories;

/// <summary><c>quai buildx history import</c>.</summary>
internal sealed class ImportHistory : Command
{
    private readonly Flag<string> _builder;
    private readonly ListFlag<string> _files;

    public ImportHistory(string path)
        : base(path)
    {
        _builder = Flags.String("builder", '\0', "The builder");
        _files = Flags.List("file", 'f', "An archive, by default the standard input", type: "stringArray");
    }

    public override string Usage => "[OPTIONS]";

    public override string Summary => "Show an archive of records in Docker Desktop";

    public override ArgumentCount Arguments => ArgumentCount.None;

    public override int Execute(Session session, List<string> arguments)
    {
        // Docker Desktop takes it, whatever the builder: but one that there is not is a mistake.
        KnownBuilders.Choose(session, _builder.Value);
        string[] addresses = [.. (_files.Values.Count > 0 ? _files.Values.Select(Open) : [FromInput()]).SelectMany(Import).Select(id => DesktopBuilds.AddressOf(".imported/_/" + id))];
        if (addresses.Length == 0)
        {
            throw new ExitException(1, "ERROR: no build records found in the bundle");
        }

        foreach (string address in addresses)
        {
            session.Error.WriteLine(address);
        }

        return Browser.Open(addresses[0]) is { } failure ? throw new ExitException(1, "ERROR: " + failure) : 0;
    }

    private static Stream FromInput() => Input.IsTerminal ? throw new ExitException(1, "ERROR: refusing to read from terminal, use --file to specify an archive") : new Input();

    private static IReadOnlyList<string> Import(Stream archive)
    {
        using (archive)
        {
            return DesktopBuilds.ImportAsync(archive).Await();
        }
    }

    private static Stream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = e is FileNotFoundException or DirectoryNotFoundException ? "no such file or directory" : Directory.Exists(path) ? "is a directory" : "permission denied";
            throw new ExitException(1, $"ERROR: failed to open file {path}: open {path}: {reason}");
        }
    }
}
