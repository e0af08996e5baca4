using System.Net.Http.Headers;
using Kanban.Bus.Contracts;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Gateways.Probes;

/// <summary>Asks gateways how they are: bounded in time and size, without redirects, cookies or retries.</summary>
public sealed class Prober : IDisposable
{
    private const int MaxBytes = 4 * 1024 * 1024;

    private readonly HttpClient _http;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _timeout;

    public Prober(TimeProvider clock, IOptions<GatewayOptions> options)
    {
        (_clock, _timeout) = (clock, options.Value.ProbeTimeout);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            // A host that is gone is told from one that is slow.
            ConnectTimeout = _timeout / 2,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        };
        _http = new HttpClient(handler) { MaxResponseContentBufferSize = MaxBytes, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <returns>What it said; with <see cref="Signals.Dead"/> when it said nothing.</returns>
    public async Task<Signals> ProbeAsync(Gateway gateway, CancellationToken ct)
    {
        if (gateway.Probe is ProbeKind.Runs)
            return new Signals();
        var probe = Probe.Of(gateway.Probe);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        over.CancelAfter(_timeout);
        try
        {
            return await probe.AskAsync(gateway, path => AskAsync(gateway, path, over.Token));
        }
        catch (ProbeFailedException error)
        {
            return new Signals { Dead = error.Message };
        }
        catch (HttpRequestException error)
        {
            return new Signals { Dead = error.HttpRequestError is HttpRequestError.ConfigurationLimitExceeded ? $"its answer is larger than {MaxBytes / 1024 / 1024} MiB" : error.GetBaseException().Message };
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            if (over.IsCancellationRequested && probe.MeasuresLatency)
                return new Signals { TimedOut = 1, LatencyMs = _timeout.TotalMilliseconds };
            return new Signals { Dead = $"no {(over.IsCancellationRequested ? "answer" : "connection")} within {(over.IsCancellationRequested ? _timeout : _timeout / 2).TotalSeconds:0.##} s" };
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<Answer> AskAsync(Gateway gateway, string path, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, gateway.Address!.TrimEnd('/') + path);
        if (gateway.KeyName is { } name)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer",
                Environment.GetEnvironmentVariable(name) ?? throw new ProbeFailedException($"the board's environment has no {name}"));
        var from = _clock.GetTimestamp();
        using var answer = await _http.SendAsync(request, ct);
        var body = await answer.Content.ReadAsStringAsync(ct);
        return new Answer((int)answer.StatusCode, body, _clock.GetElapsedTime(from).TotalMilliseconds);
    }
}
