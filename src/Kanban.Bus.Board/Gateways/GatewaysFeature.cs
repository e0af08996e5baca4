using Kanban.Bus.Board.Gateways.Probes;

namespace Kanban.Bus.Board.Gateways;

/// <summary>Pools whose cap follows what their gateway can take.</summary>
public static class GatewaysFeature
{
    public static IServiceCollection AddGateways(this IServiceCollection services) => services
        .AddSingleton<GatewaySignal>()
        .AddSingleton<Prober>()
        .AddScoped<GatewayTurn>()
        .AddHostedService<GatewayLoop>();
}
