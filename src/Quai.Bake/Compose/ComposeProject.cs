namespace Quai.Bake.Compose;

/// <summary>What bake needs of compose files.</summary>
/// <param name="Services">The services, by name.</param>
/// <param name="Secrets">The secrets that services refer to, by name.</param>
/// <param name="Environment">The environment with which variables were replaced.</param>
internal sealed record ComposeProject(
    IReadOnlyList<ComposeService> Services,
    IReadOnlyDictionary<string, ComposeSecret> Secrets,
    IReadOnlyDictionary<string, string> Environment);

/// <summary>A service.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Image">Its image; empty where none is named.</param>
/// <param name="Environment">Its environment; null for what it takes from outside.</param>
/// <param name="Build">How its image is built; null where it is not.</param>
internal sealed record ComposeService(string Name, string Image, IReadOnlyDictionary<string, string?> Environment, ComposeBuild? Build);

/// <summary>A secret.</summary>
/// <param name="Name">Its name.</param>
/// <param name="File">The file that has it.</param>
/// <param name="Environment">The environment variable that has it.</param>
/// <param name="IsExternal">Whether it is kept elsewhere.</param>
internal sealed record ComposeSecret(string Name, string File, string Environment, bool IsExternal);
