@echo off
rem Starts Spinel: spinel-server [file.yml|file.conf] [--directive value ...] [-]
rem Environment: JAVA_HOME, SPINEL_HEAP (maximum heap, e.g. 8g), JAVA_OPTS (further JVM options).
setlocal
set "HOME_DIR=%~dp0.."
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
set "HEAP=-XX:MaxRAMPercentage=75"
if defined SPINEL_HEAP set "HEAP=-Xmx%SPINEL_HEAP%"
"%JAVA%" -XX:+UseG1GC -XX:G1HeapRegionSize=4m -XX:MaxGCPauseMillis=5 -XX:-G1UseAdaptiveIHOP ^
  -XX:InitiatingHeapOccupancyPercent=95 -XX:G1HeapWastePercent=1 -XX:+UnlockExperimentalVMOptions -XX:G1MixedGCLiveThresholdPercent=50 -XX:GCTimeRatio=1 -XX:MinHeapFreeRatio=20 ^
  -XX:MaxHeapFreeRatio=30 -XX:InlineSmallCode=1200 -XX:MaxInlineLevel=9 "-XX:CompileCommandFile=%HOME_DIR%\lib\compile-commands" -Xms32m -XX:NewSize=4m -XX:MaxNewSize=8m -XX:MaxTenuringThreshold=0 -XX:+ExplicitGCInvokesConcurrent %HEAP% -XX:+ExitOnOutOfMemoryError -Dfile.encoding=UTF-8 %JAVA_OPTS% ^
  -cp "%HOME_DIR%\lib\*" "-Dspinel.home=%HOME_DIR%" dev.spinel.distribution.Main %*
exit /b %ERRORLEVEL%
