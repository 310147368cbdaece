using Quai.Cli.CommandLine;
using Quai.Cli.Host;

namespace Quai.Cli.Compose.Views;

/// <summary><c>quai compose version</c>.</summary>
internal sealed class Version : ComposeVerb
{
    private readonly Flag<string> _format;
    private readonly Flag<bool> _short;

    public Version(ComposeGlobals globals)
        : base(globals, "version")
    {
        _format = Flags.String("format", 'f', "Format of the output: pretty or json");
        _short = Flags.Bool("short", '\0', "Show the number only");
    }

    public override string Usage => "[OPTIONS]";

    public override string Summary => "Show the version";

    public override ArgumentCount Arguments => ArgumentCount.None;

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        scope.Out.WriteLine(_short.Value ? ClientVersion.Number : _format.Value == "json" ? Ls.Json(("version", ClientVersion.Number)) : $"Quai Compose version {ClientVersion.Number}");
        return 0;
    }
}
