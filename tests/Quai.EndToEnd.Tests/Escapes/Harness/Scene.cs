namespace Quai.EndToEnd.Tests.Escapes.Harness;

/// <summary>Where an attack takes place: an engine, and the things on the host that it must not reach.</summary>
/// <param name="Engine">The engine that is attacked.</param>
/// <param name="BinDirectory">Its programs: <c>quaid</c>, <c>quai-runtime</c>, …</param>
/// <param name="IsFirstVersion">Whether it is the version in which the attack is to succeed.</param>
public sealed record Scene(QuaidInstance Engine, string BinDirectory, bool IsFirstVersion)
{
    /// <summary>The client.</summary>
    public DockerClient Docker => Engine.Docker;

    /// <summary>The command <c>quai-runtime</c> of this engine's version; another OCI runtime to try the attacks on, when <c>QUAI_E2E_RUNTIME</c> names one.</summary>
    public string Runtime => !IsFirstVersion && Environment.GetEnvironmentVariable("QUAI_E2E_RUNTIME") is { Length: > 0 } foreign ? foreign : Path.Combine(BinDirectory, "quai-runtime");

    /// <summary>A folder of the host's for this attack's own files.</summary>
    public string Scratch() => Engine.Scratch(Guid.NewGuid().ToString("n"));

    /// <summary>Makes a file on the host with a secret that no container may read, and gives its path and its content.</summary>
    public (string Path, string Secret) HostSecret()
    {
        string secret = "secret-" + Guid.NewGuid().ToString("n"), path = System.IO.Path.Combine(Scratch(), "secret");
        File.WriteAllText(path, secret);
        return (path, secret);
    }

    /// <summary>Loads an image made by hand under a name of its own, and gives the name.</summary>
    public async Task<string> LoadAsync(TestImage image)
    {
        string name = $"escape:{Guid.NewGuid():n}";
        CommandResult load = await Docker.RunAsync("load", image.DockerArchive(name));
        return load.ExitCode == 0 ? name : throw new ImageRefusedException(load.Stderr);
    }
}

/// <summary>The engine would not even take the image: an attack that needs it gains nothing.</summary>
public sealed class ImageRefusedException(string message) : Exception(message);
