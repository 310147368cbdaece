namespace Quai.EndToEnd.Tests.Compose.Applications;

/// <summary>One engine for all applications. They are tried a few at a time, as each mostly waits: the first that is asked for starts all.</summary>
public sealed class ApplicationEngine : IAsyncLifetime
{
    private const int AtATime = 4;

    private static readonly SemaphoreSlim s_places = new(AtATime);

    private readonly Lazy<Dictionary<string, Task>> _lives;

    /// <summary>An engine that is not yet started.</summary>
    public ApplicationEngine() => _lives = new(() => ApplicationList.All.Values.ToDictionary(application => application.Name, LiveAsync));

    /// <summary>The engine.</summary>
    public QuaidInstance Engine { get; } = new();

    /// <summary>Waits for an application's life to be over; fails if it went wrong.</summary>
    internal Task LifeOfAsync(string name) => _lives.Value[name];

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        await Engine.InitializeAsync();
        await ProgramsImage.LoadAsync(Engine);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_lives.IsValueCreated)
        {
            await Task.WhenAll(_lives.Value.Values).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        await Engine.DisposeAsync();
    }

    private async Task LiveAsync(Application application)
    {
        await s_places.WaitAsync();
        try
        {
            await new ApplicationLife(Engine, application).LiveAsync();
        }
        finally
        {
            s_places.Release();
        }
    }
}
