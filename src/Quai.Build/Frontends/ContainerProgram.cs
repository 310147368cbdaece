using Quai.Build.Execution;
using Quai.BuildProtocol.Llb;

namespace Quai.Build.Frontends;

/// <summary>A program for a container of a build.</summary>
/// <param name="Meta">Its arguments, variables, user and working directory.</param>
/// <param name="Conversation">Its streams.</param>
public sealed record ContainerProgram(Meta Meta, ProgramConversation Conversation)
{
    /// <summary>How the container is confined; only what its first program says counts.</summary>
    public SecurityMode Security { get; init; }

    /// <summary>Variables that are secrets of the client's.</summary>
    public IReadOnlyList<SecretEnv> Secrets { get; init; } = [];
}
