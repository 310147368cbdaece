namespace Quai.Content.Collecting;

/// <summary>Work that creates blobs and layers which get an owner only at its end.</summary>
/// <param name="leases">What holds them meanwhile.</param>
/// <param name="collector">Removes them if the work fails.</param>
public sealed class LeasedWork(Leases leases, ContentCollector collector)
{
    /// <summary>Runs work under its own lease; what a failure leaves is removed.</summary>
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
