using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Steps;

/// <summary>RUN: runs a program in the stage's files.</summary>
/// <param name="Node">It as it is written.</param>
/// <param name="Program">The program.</param>
public sealed record RunInstruction(Node Node, CommandLine Program) : Instruction(Node)
{
    /// <summary>What is mounted while it runs, each as it is written, for <see cref="Mounts.MountReader"/>.</summary>
    public IReadOnlyList<string> Mounts { get; init; } = [];

    /// <summary>The network: <c>default</c>, <c>none</c> or <c>host</c>; empty for the usual.</summary>
    public string Network { get; init; } = "";

    /// <summary><c>sandbox</c> or <c>insecure</c>; empty for the usual.</summary>
    public string Security { get; init; } = "";

    /// <summary>The devices it needs.</summary>
    public IReadOnlyList<DeviceRequest> Devices { get; init; } = [];
}
