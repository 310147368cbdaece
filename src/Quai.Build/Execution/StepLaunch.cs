using System.IO.Pipelines;
using Quai.Build.Solving;
using Quai.BuildProtocol.Llb;
using Quai.Cdi;
using Quai.Content.Snapshots;

namespace Quai.Build.Execution;

/// <summary>A program of a step.</summary>
/// <param name="Id">An id of its own: 64 hex digits.</param>
/// <param name="Root">The root's files.</param>
/// <param name="Exec">The program, its variables, its network.</param>
/// <param name="Progress">Where its output goes.</param>
public sealed record StepLaunch(string Id, Snapshot Root, ExecOp Exec, IStepProgress Progress)
{
    /// <summary>What is mounted in the root.</summary>
    public IReadOnlyList<StepMount> Mounts { get; init; } = [];

    /// <summary>What the devices change that it asks for.</summary>
    public DeviceEdits Devices { get; init; } = DeviceEdits.None;

    /// <summary>Speaks with the program by its standard input and output; null where the input is empty and the output goes to <see cref="Progress"/>.</summary>
    public Func<IDuplexPipe, CancellationToken, Task>? Talk { get; init; }

    /// <summary>The program's streams where somebody speaks with it and its output does not go to <see cref="Progress"/>; null otherwise.</summary>
    public ProgramConversation? Conversation { get; init; }

    /// <summary>Variables beside the program's own: secrets, which nothing may write down.</summary>
    public IReadOnlyList<string> SecretVariables { get; init; } = [];
}
