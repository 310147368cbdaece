using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Steps;

/// <summary>RUN: a program is run on the files made so far.</summary>
/// <param name="Node">The instruction as it is written.</param>
/// <param name="Line">The program.</param>
public sealed record RunInstruction(Node Node, CommandLine Line) : Instruction(Node)
{
    /// <summary>What is mounted for it, as it is written: <see cref="RunMount.Read"/> reads each once its variables have values.</summary>
    public IReadOnlyList<string> Mounts { get; init; } = [];

    /// <summary>Where each mount's files come from: a stage or an image; empty where none is named.</summary>
    public IReadOnlyList<string> MountOrigins { get; init; } = [];

    /// <summary>The network: <c>default</c>, <c>none</c> or <c>host</c>.</summary>
    public string Network { get; init; } = "default";

    /// <summary>What it may do: <c>sandbox</c> or <c>insecure</c>.</summary>
    public string Security { get; init; } = "sandbox";
}
