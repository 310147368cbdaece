using System.Runtime.InteropServices;
using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Lifecycle;
using Quai.Cli.Http;
using Quai.Compose.Model;
using Quai.Convergence.Planning;

namespace Quai.Cli.Compose.Watching;

/// <summary><c>quai compose watch</c>: does what <c>develop.watch</c> says when files change.</summary>
internal sealed class Watch : ComposeVerb
{
    private const int InterruptedCode = 130;

    private readonly Flag<bool> _noUp, _prune, _quiet;

    public Watch(ComposeGlobals globals)
        : base(globals, "watch")
    {
        _noUp = Flags.Bool("no-up", '\0', "Do not build and start the services first");
        _prune = Flags.Add(new Flag<bool>("prune", '\0', "", "Remove the images that builds leave without a name", true, FlagValues.Bool) { BareValue = "true" });
        _quiet = Flags.Bool("quiet", '\0', "Do not show builds");
    }

    public override string Summary => "Sync, rebuild and restart services when their files change";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        ComposeProject project = scope.Load(arguments, makes: true);
        using WatchSession session = new(scope, project, new() { IsQuiet = _quiet.Value, Prunes = _prune.Value });
        using CancellationTokenSource interrupted = new();
        void Interrupt(PosixSignalContext context)
        {
            context.Cancel = true;
            interrupted.Cancel();
        }

        using PosixSignalRegistration keyboard = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt), other = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        try
        {
            RunAsync(scope, project, session, arguments, interrupted.Token).Await();
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            scope.Progress.Settle();
            scope.Out.WriteLine("Watch disabled");
            return InterruptedCode;
        }

        return 0;
    }

    private async Task RunAsync(ComposeScope scope, ComposeProject project, WatchSession session, List<string> arguments, CancellationToken cancellation)
    {
        await scope.Engine.GetVersionAsync(cancellation);
        if (!_noUp.Value)
        {
            // What is watched begins as its sources are now.
            string[] built = [.. project.Services.Values.Where(service => service is { Build: not null, Develop: not null }).Select(service => service.Name)];
            await new BringUp(scope).RunAsync(project, new()
            {
                Plan = new() { Services = arguments, RecreateDependencies = RecreatePolicy.Never },
                Images = new() { Builds = built.Length > 0, Services = built, IsBuildQuiet = _quiet.Value, IsPullQuiet = _quiet.Value },
            }, cancellation);
            scope.Progress.Settle();
        }

        if (scope.Globals.IsDryRun)
        {
            scope.Out.WriteRows(session.Sentences);
            return;
        }

        await session.RunAsync(text =>
        {
            scope.Progress.Settle();
            scope.Out.WriteLine(text);
        }, cancellation);
    }
}
