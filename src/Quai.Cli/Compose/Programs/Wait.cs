using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Projects;
using Quai.Cli.Http;
using Quai.Convergence.Execution;
using Quai.Convergence.Observing;

namespace Quai.Cli.Compose.Programs;

/// <summary><c>quai compose wait</c>.</summary>
internal sealed class Wait : ComposeVerb
{
    private readonly Flag<bool> _down;

    public Wait(ComposeGlobals globals)
        : base(globals, "wait") => _down = Flags.Bool("down-project", '\0', "Take the project down when the first container ends");

    public override string Usage => "SERVICE [SERVICE...] [OPTIONS]";

    public override string Summary => "Wait until containers end, and end with the exit code of the first";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    protected override int Execute(ComposeScope scope, List<string> arguments) => RunAsync(scope, arguments).Await();

    private async Task<int> RunAsync(ComposeScope scope, List<string> arguments)
    {
        ProjectContainers found = await ProjectContainers.FindAsync(scope, arguments);
        ObservedContainer[] running = [.. found.Of(arguments).Where(container => container.State is "running" or "restarting" or "paused")];
        if (running.Length == 0)
        {
            throw new ExitException(1, $"no containers for project \"{found.Project.Name}\"");
        }

        await using ServiceWaits waits = new(scope.Engine, found.Project.Name);
        await scope.Engine.GetVersionAsync();
        List<Task<(ObservedContainer Container, long Code)>> ends = [.. running.Select(async container => (container, await waits.EndedAsync(container.Id, CancellationToken.None)))];
        int first = -1;
        while (ends.Count > 0)
        {
            Task<(ObservedContainer Container, long Code)> end = await Task.WhenAny(ends);
            ends.Remove(end);
            (ObservedContainer container, long code) = await end;
            scope.Out.WriteLine($"container \"{container.Id}\" exited with status code {code}");
            if (_down.Value)
            {
                await Lifecycle.Down.TakeAsync(scope, found.Project.Name, found.HasFiles ? found.Project : null, new());
                return (int)code;
            }

            first = first < 0 ? (int)code : first;
        }

        return first;
    }
}
