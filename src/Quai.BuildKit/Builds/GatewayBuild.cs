using System.Globalization;
using Quai.Build.Frontends;
using Quai.Build.Jobs;
using Quai.BuildKit.Failures;
using Quai.BuildKit.Gateways;
using Quai.BuildProtocol.Gateway;
using Quai.BuildProtocol.Llb;
using Quai.Errors;

namespace Quai.BuildKit.Builds;

/// <summary>A build that somebody drives by calls, a client or a frontend: who answers it, and what the calls share.</summary>
/// <param name="host">Answers.</param>
/// <param name="inputs">The graphs by name that came with the request.</param>
internal class GatewayBuild(IFrontendHost host, IReadOnlyDictionary<string, Definition> inputs) : IAsyncDisposable
{
    private readonly Dictionary<string, IBuildContainer> _containers = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource<ReturnRequest> _returned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, IBuildRef> _refs = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Answers what is asked.</summary>
    public IFrontendHost Host => host;

    /// <summary>The graphs by name that came with the request.</summary>
    public IReadOnlyDictionary<string, Definition> Inputs => inputs;

    /// <summary>What is returned in the end.</summary>
    public Task<ReturnRequest> Returned => _returned.Task;

    /// <summary>Takes what is returned.</summary>
    /// <exception cref="QuaiException">Kind Conflict: it has returned before.</exception>
    public void Return(ReturnRequest request)
    {
        if (!_returned.TrySetResult(request))
        {
            throw QuaiException.Conflict($"build {host.Id} has returned already");
        }
    }

    /// <summary>What was returned.</summary>
    /// <exception cref="ReturnedErrorException">It is an error.</exception>
    public async Task<SolveResult> ResultAsync(CancellationToken cancellation)
    {
        ReturnRequest returned = await _returned.Task.WaitAsync(cancellation).ConfigureAwait(false);
        return returned.Error is { } error ? throw new ReturnedErrorException(error) : GatewayResults.Read(returned.Result, this);
    }

    /// <summary>Keeps a result for further calls.</summary>
    /// <returns>The id by which callers know it; empty for an empty result.</returns>
    public string Keep(IBuildRef? result)
    {
        if (result is null)
        {
            return "";
        }

        lock (_gate)
        {
            string id = string.Create(CultureInfo.InvariantCulture, $"{host.Id}:{_refs.Count}");
            _refs.Add(id, result);
            return id;
        }
    }

    /// <summary>Prepares a container.</summary>
    /// <param name="id">The id by which the caller will know it.</param>
    /// <param name="request">What it is to be.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="QuaiException">Kind Conflict: there is one with this id. Otherwise as <see cref="IFrontendHost.OpenContainerAsync"/> says.</exception>
    public async Task OpenAsync(string id, ContainerRequest request, CancellationToken cancellation)
    {
        IBuildContainer container = await host.OpenContainerAsync(request, cancellation).ConfigureAwait(false);
        bool added;
        lock (_gate)
        {
            added = _containers.TryAdd(id, container);
        }

        if (!added)
        {
            await container.DisposeAsync().ConfigureAwait(false);
            throw QuaiException.Conflict($"there is a container {id} already");
        }
    }

    /// <summary>Finds a container.</summary>
    /// <exception cref="QuaiException">Kind NotFound: there is none.</exception>
    public IBuildContainer Container(string id)
    {
        lock (_gate)
        {
            return _containers.GetValueOrDefault(id) ?? throw QuaiException.NotFound($"container details for {id} not found");
        }
    }

    /// <summary>Ends a container.</summary>
    /// <exception cref="QuaiException">Kind NotFound: there is none.</exception>
    public async Task ReleaseAsync(string id)
    {
        IBuildContainer? container;
        lock (_gate)
        {
            _containers.Remove(id, out container);
        }

        await (container ?? throw QuaiException.NotFound($"container details for {id} not found")).DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Ends its containers.</summary>
    public async ValueTask DisposeAsync()
    {
        IBuildContainer[] containers;
        lock (_gate)
        {
            containers = [.. _containers.Values];
            _containers.Clear();
        }

        foreach (IBuildContainer container in containers)
        {
            await container.DisposeAsync().ConfigureAwait(false);
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Finds a result that was kept.</summary>
    /// <returns>The result; null for the empty one, whose id is empty.</returns>
    /// <exception cref="QuaiException">Kind NotFound: there is none.</exception>
    public IBuildRef? Find(string id)
    {
        if (id.Length == 0)
        {
            return null;
        }

        lock (_gate)
        {
            return _refs.GetValueOrDefault(id) ?? throw QuaiException.NotFound($"no such ref: {id}");
        }
    }
}
