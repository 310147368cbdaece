namespace Quai.EndToEnd.Tests.Escapes.Harness;

/// <summary>An installation of Quai's first version, with what that took, which is then upgraded.</summary>
public sealed class OldInstance : IAsyncDisposable
{
    private OldInstance()
    {
    }

    /// <summary>The daemon: the first version's, and after the upgrade today's, with the same data.</summary>
    public QuaidInstance Engine { get; } = new(FirstVersion.BinDirectory);

    /// <summary>Starts the first version.</summary>
    public static async Task<OldInstance> StartAsync()
    {
        var instance = new OldInstance();
        await instance.Engine.InitializeAsync();
        return instance;
    }

    /// <summary>Starts the version that the scene is about on the same data; in a control that is the first version again.</summary>
    public async Task UpgradeAsync(Scene scene)
    {
        await Engine.StopDaemonAsync();
        Engine.BinDirectory = scene.BinDirectory;
        await Engine.StartDaemonAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Engine.DisposeAsync();
}
