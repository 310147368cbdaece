using Quai.BuildProtocol.Llb;

namespace Quai.Build.Frontends;

/// <summary>A container that a frontend or a client wants in a build: files of results, in which it runs programs.</summary>
/// <param name="Mounts">What is mounted; one at <c>/</c> is the root.</param>
public sealed record ContainerRequest(IReadOnlyList<ContainerMount> Mounts)
{
    /// <summary>Which network its programs have.</summary>
    public NetMode Network { get; init; }

    /// <summary>Lines of its <c>/etc/hosts</c>.</summary>
    public IReadOnlyList<HostIP> ExtraHosts { get; init; } = [];

    /// <summary>What it calls itself; empty for the usual.</summary>
    public string Hostname { get; init; } = "";
}
