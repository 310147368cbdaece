using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Mounts;

/// <summary>How a path of the host is mounted.</summary>
public sealed record MountBind
{
    /// <summary>The label for SELinux.</summary>
    public string SELinux { get; init; } = "";

    /// <summary>How mounts propagate.</summary>
    public string Propagation { get; init; } = "";

    /// <summary>Whether a path that does not exist is made.</summary>
    public bool CreateHostPath { get; init; }

    /// <summary>Whether mounts below it are mounted, too.</summary>
    public string Recursive { get; init; } = "";

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static MountBind Read(ComposeMapping node) => new()
    {
        SELinux = node.Text("selinux"),
        Propagation = node.Text("propagation"),
        CreateHostPath = node.Flag("create_host_path"),
        Recursive = node.Text("recursive"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("selinux", SELinux)
        .Text("propagation", Propagation)
        .Flag("create_host_path", CreateHostPath)
        .Text("recursive", Recursive)
        .Extensions(Extensions)
        .Done();
}
