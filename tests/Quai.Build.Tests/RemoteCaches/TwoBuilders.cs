using Quai.Content.Collecting;

namespace Quai.Build.Tests.RemoteCaches;

/// <summary>A builder whose cache is kept elsewhere, and one that begins with it.</summary>
internal sealed class TwoBuilders(BuildFixture here, BuildFixture there) : IAsyncDisposable
{
    public BuildFixture Here => here;

    public BuildFixture There => there;

    /// <summary>Holds what is here.</summary>
    public Lease Lease { get; } = here.Images.Content.Leases.Begin();

    /// <summary>Holds what is there.</summary>
    public Lease Theirs { get; } = there.Images.Content.Leases.Begin();

    public static async Task<TwoBuilders> OpenAsync() => new(await BuildFixture.OpenAsync(), await BuildFixture.OpenAsync());

    public async ValueTask DisposeAsync()
    {
        Lease.Dispose();
        Theirs.Dispose();
        await here.DisposeAsync();
        await there.DisposeAsync();
    }
}
