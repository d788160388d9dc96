// The parts of Apache ECharts that the page draws with; the rest stays out of the file.
import { BarChart, CustomChart, HeatmapChart, LineChart, ParallelChart } from 'echarts/charts';
import {
  GridComponent, LegendComponent, MarkLineComponent, ParallelComponent, TitleComponent, TooltipComponent, VisualMapComponent,
} from 'echarts/components';
import { use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

use([
  BarChart, CustomChart, HeatmapChart, LineChart, ParallelChart, GridComponent, LegendComponent, MarkLineComponent,
  ParallelComponent, TitleComponent, TooltipComponent, VisualMapComponent, CanvasRenderer,
]);

export { init, type EChartsType as Chart, type EChartsCoreOption as Option } from 'echarts/core';
