namespace Quai.Content.Collecting;

/// <summary>Work that makes blobs and layers which get an owner only at its end.</summary>
/// <param name="leases">What holds them meanwhile.</param>
/// <param name="collector">Removes them when the work fails.</param>
public sealed class LeasedWork(Leases leases, ContentCollector collector)
{
    /// <summary>Runs work under a lease of its own; what a failure leaves is removed.</summary>
    public async Task<T> RunAsync<T>(Func<Lease, Task<T>> work)
    {
        using Lease lease = leases.Begin();
        try
        {
            return await work(lease).ConfigureAwait(false);
        }
        catch
        {
            lease.Dispose();
            await collector.RunQuietlyAsync().ConfigureAwait(false);
            throw;
        }
    }
}
