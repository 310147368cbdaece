using Quai.Api.Containers;
using Quai.Cli.CommandLine;
using Quai.Cli.Http;
using Quai.Client.Containers;

namespace Quai.Cli.Containers;

/// <summary><c>quai wait</c>.</summary>
internal sealed class Wait(string path) : Command(path)
{
    public override string Usage => "CONTAINER [CONTAINER...]";

    public override string Summary => "Wait until containers stop, then print their exit codes";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    public override int Execute(Session session, List<string> arguments) => session.ForEach(arguments, name =>
    {
        using ContainerWait wait = session.Engine.Containers.WaitAsync(name).Await();
        session.Out.WriteLine(wait.EndAsync().Await().StatusCode.ToString());
    }, print: false);

    /// <summary>The exit code in the answer of a wait; 125 if waiting failed.</summary>
    public static int CodeOf(ContainerWait wait)
    {
        ContainerWaitResponse end = wait.EndAsync().Await();
        return end.Error is { Message.Length: > 0 } ? 125 : (int)end.StatusCode;
    }
}
