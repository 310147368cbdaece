using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Projects;
using Quai.Cli.Http;
using Quai.Convergence.Observing;

namespace Quai.Cli.Compose.Programs;

/// <summary><c>quai compose cp</c>.</summary>
internal sealed class Copy : ComposeVerb
{
    private readonly Flag<bool> _all, _archive, _follow;
    private readonly Flag<long> _index;

    public Copy(ComposeGlobals globals)
        : base(globals, "cp")
    {
        _all = Flags.Bool("all", '\0', "Also containers of run");
        _archive = Flags.Bool("archive", 'a', "Keep owners");
        _follow = Flags.Bool("follow-link", 'L', "Copy what a link at the source leads to");
        _index = Flags.Int("index", '\0', "Number of the container, if the service has several");
    }

    public override string Usage => "[OPTIONS] SERVICE:SRC_PATH DEST_PATH|-  or  [OPTIONS] SRC_PATH|- SERVICE:DEST_PATH";

    public override string Summary => "Copy files from and to containers";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(2);

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        (string? from, string source) = Split(arguments[0]);
        (string? to, string target) = Split(arguments[1]);
        if ((from is null) == (to is null))
        {
            throw new ExitException(1, from is null ? "unknown copy direction" : "copying between services is not supported");
        }

        ProjectContainers found = ProjectContainers.FindAsync(scope, []).Await();
        string service = from ?? to!;
        ObservedContainer[] containers = _index.Value > 0 ? [found.One(service, _index.Value, all: true)]
            : [.. found.Of([service], oneOffs: _all.Value).OrderBy(container => container.Number)];
        if (containers.Length == 0)
        {
            throw new ExitException(1, $"no container found for service \"{service}\"");
        }

        List<string> words = [$"--archive={_archive.Value}", $"--follow-link={_follow.Value}"];

        // What is copied from a service comes from its first container; what is copied to it goes to each.
        foreach (ObservedContainer container in from is not null ? containers[..1] : containers)
        {
            int code = Delegation.Run(scope, new Containers.Files.Copy("cp"), [.. words, from is null ? source : $"{container.Name}:{source}", to is null ? target : $"{container.Name}:{target}"]);
            if (code != 0)
            {
                return code;
            }
        }

        return 0;
    }

    private static (string? Service, string Path) Split(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return text.StartsWith('/') || text.StartsWith('.') || colon <= 0 ? (null, text) : (text[..colon], text[(colon + 1)..]);
    }
}
